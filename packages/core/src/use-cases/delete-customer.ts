import { err, ok, type Result } from "@meter/primitives";
import type { Clock } from "../ports/clock.ts";
import type { CustomerStore } from "../ports/control-store.ts";
import { type CustomerDeleted, type CustomerNotFound, findLiveCustomer } from "./get-customer.ts";

/** Soft: its subjects' events belong to nobody from now on, and can be another customer's. */
export const deleteCustomer =
  (deps: Readonly<{ customers: CustomerStore; clock: Clock }>) =>
  async (namespace: string, idOrKey: string): Promise<Result<null, CustomerNotFound | CustomerDeleted>> => {
    const found = await findLiveCustomer(deps.customers, namespace, idOrKey);
    if (!found.ok) return found;
    const deleted = await deps.customers.delete(namespace, found.value.id, deps.clock.now());
    return deleted ? ok(null) : err({ type: "customer_deleted", customer: idOrKey });
  };
