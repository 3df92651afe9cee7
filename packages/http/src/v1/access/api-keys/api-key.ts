import { z } from "@hono/zod-openapi";
import { type ApiKey, type Revocation, type Scope, scopes } from "@meter/core";
import { formatInstant } from "@meter/primitives";

export type ApiApiKey = {
  id: string;
  namespace: string;
  name: string;
  scopes: Scope[];
  root: boolean;
  mintedBy?: string | undefined;
  createdAt: string;
  expiresAt?: string | undefined;
  revokedAt?: string | undefined;
};

const members = {
  id: z.string(),
  namespace: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(scopes)),
  root: z.boolean().openapi({ description: "Whether it acts in every namespace, with every scope" }),
  mintedBy: z.string().optional().openapi({ description: "The key that made it" }),
  createdAt: z.string().openapi({ format: "date-time" }),
  expiresAt: z.string().openapi({ format: "date-time" }).optional(),
  revokedAt: z.string().openapi({ format: "date-time" }).optional(),
};

export const apiKeySchema: z.ZodType<ApiApiKey> = z.object(members).openapi("ApiKey");

/** Keys that a revocation shows; `mintedCount` counts all. */
export const mintedShownMax = 1_000;

export type ApiRevokedApiKey = ApiApiKey & { minted: ApiApiKey[]; mintedCount: number };

export const revokedApiKeySchema: z.ZodType<ApiRevokedApiKey> = z
  .object({
    ...members,
    minted: z.array(z.object(members).openapi("ApiKey")).max(mintedShownMax).openapi({
      description:
        "Every key that it minted, and that those minted, which was live before this call, newest first. With `revokedAt` when this call took it along; without it is still valid.",
    }),
    mintedCount: z
      .number()
      .int()
      .openapi({ description: `How many these are; at most ${mintedShownMax} are shown` }),
  })
  .openapi("RevokedApiKey");

/** The one answer that holds the secret. */
export const createdApiKeySchema: z.ZodType<ApiApiKey & { token: string }> = z
  .object({ ...members, token: z.string().openapi({ description: "Shown here and never again" }) })
  .openapi("CreatedApiKey");

export const toApiRevokedApiKey = ({ key, minted }: Revocation): ApiRevokedApiKey => ({
  ...toApiApiKey(key),
  minted: minted.slice(0, mintedShownMax).map(toApiApiKey),
  mintedCount: minted.length,
});

export const toApiApiKey = (key: ApiKey): ApiApiKey => ({
  id: key.id,
  namespace: key.namespace,
  name: key.name,
  scopes: [...key.scopes],
  root: key.root,
  ...(key.mintedBy === null ? {} : { mintedBy: key.mintedBy }),
  createdAt: formatInstant(key.createdAt),
  ...(key.expiresAt === null ? {} : { expiresAt: formatInstant(key.expiresAt) }),
  ...(key.revokedAt === null ? {} : { revokedAt: formatInstant(key.revokedAt) }),
});
