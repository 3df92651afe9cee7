import { z } from "@hono/zod-openapi";
import type { Namespace } from "@meter/core";
import { formatInstant } from "@meter/primitives";

export type ApiNamespace = { key: string; name: string; createdAt: string };

export const namespaceSchema: z.ZodType<ApiNamespace> = z
  .object({ key: z.string(), name: z.string(), createdAt: z.string().openapi({ format: "date-time" }) })
  .openapi("Namespace");

export const toApiNamespace = ({ key, name, createdAt }: Namespace): ApiNamespace => ({
  key,
  name,
  createdAt: formatInstant(createdAt),
});
