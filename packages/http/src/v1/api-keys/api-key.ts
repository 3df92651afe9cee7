import { z } from "@hono/zod-openapi";
import { type ApiKey, type Scope, scopes } from "@meter/core";
import { formatInstant } from "@meter/primitives";

export type ApiApiKey = {
  id: string;
  namespace: string;
  name: string;
  scopes: Scope[];
  root: boolean;
  createdAt: string;
  expiresAt?: string | undefined;
  revokedAt?: string | undefined;
};

const members = {
  id: z.string(),
  namespace: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(scopes)),
  root: z.boolean(),
  createdAt: z.string().openapi({ format: "date-time" }),
  expiresAt: z.string().openapi({ format: "date-time" }).optional(),
  revokedAt: z.string().openapi({ format: "date-time" }).optional(),
};

export const apiKeySchema: z.ZodType<ApiApiKey> = z.object(members).openapi("ApiKey");

/** The one answer that holds the secret. */
export const createdApiKeySchema: z.ZodType<ApiApiKey & { token: string }> = z
  .object({ ...members, token: z.string().openapi({ description: "Shown here and never again" }) })
  .openapi("CreatedApiKey");

export const toApiApiKey = (key: ApiKey): ApiApiKey => ({
  id: key.id,
  namespace: key.namespace,
  name: key.name,
  scopes: [...key.scopes],
  root: key.root,
  createdAt: formatInstant(key.createdAt),
  ...(key.expiresAt === null ? {} : { expiresAt: formatInstant(key.expiresAt) }),
  ...(key.revokedAt === null ? {} : { revokedAt: formatInstant(key.revokedAt) }),
});
