import type { ControlUseCases } from "@meter/core";
import type { HttpApp } from "../../../define-route.ts";
import { createApiKey } from "./create.ts";
import { listApiKeys } from "./list.ts";
import { revokeApiKey } from "./revoke.ts";

export const addApiKeyRoutes = (app: HttpApp, deps: ControlUseCases): void => {
  listApiKeys(app, deps);
  createApiKey(app, deps);
  revokeApiKey(app, deps);
};
