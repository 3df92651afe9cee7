import { openPostgresBilling } from "./postgres.test-support.ts";
import { describeBillingRules } from "./rules.ts";

describeBillingRules("Postgres", openPostgresBilling);
