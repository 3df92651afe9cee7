import { createMemoryApiKeys } from "../memory/access-stores.ts";
import { describeApiKeyStore } from "./api-key-store.ts";

describeApiKeyStore("in memory", async () => createMemoryApiKeys());
