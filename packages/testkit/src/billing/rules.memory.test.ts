import { openMemoryBilling } from "./memory.test-support.ts";
import { describeBillingRules } from "./rules.ts";

describeBillingRules("in memory", openMemoryBilling);
