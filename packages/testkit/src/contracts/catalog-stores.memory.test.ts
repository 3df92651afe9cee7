import { createMemoryCatalog } from "../memory/catalog-stores.ts";
import { createMemoryMeters } from "@meter/core";
import { describeCatalogStores } from "./catalog-stores.ts";

const meters = createMemoryMeters();
const catalog = createMemoryCatalog({ meters });

describeCatalogStores("in memory", () => ({ ...catalog, meters }));
