import { z } from "@hono/zod-openapi";
import type { Address, Customer } from "@meter/core";
import { formatInstant } from "@meter/primitives";
import { alwaysNull, many, metadata } from "../../../wire/params.ts";

export type ApiAddress = {
  country?: string | undefined;
  postalCode?: string | undefined;
  state?: string | undefined;
  city?: string | undefined;
  line1?: string | undefined;
  line2?: string | undefined;
  phoneNumber?: string | undefined;
};

const addressSchema = z.object({
  country: z.string().optional(),
  postalCode: z.string().optional(),
  state: z.string().optional(),
  city: z.string().optional(),
  line1: z.string().optional(),
  line2: z.string().optional(),
  phoneNumber: z.string().optional(),
});

export type CustomerBody = {
  name: string;
  key?: string | undefined;
  description?: string | undefined;
  metadata?: Record<string, string> | null | undefined;
  primaryEmail?: string | undefined;
  currency?: string | undefined;
  billingAddress?: ApiAddress | undefined;
  usageAttribution?: { subjectKeys?: string[] | undefined } | undefined;
};

/** Of POST and PUT; lengths and the rest are the domain's rules. */
const content = {
  name: z.string(),
  key: z.string().optional(),
  description: z.string().optional(),
  metadata,
  primaryEmail: z.string().optional(),
  currency: z.string().optional().openapi({ example: "USD" }),
  billingAddress: addressSchema.optional(),
  usageAttribution: z.object({ subjectKeys: z.array(z.string()).max(1_000).optional() }).optional(),
};

export const customerCreateBody: z.ZodType<CustomerBody> = z.object(content).openapi("CustomerCreate");
export const customerReplaceBody: z.ZodType<CustomerBody> = z.object(content).openapi("CustomerReplaceUpdate");

export const fromApiAddress = (address: ApiAddress): Address => ({
  country: address.country ?? null,
  postalCode: address.postalCode ?? null,
  state: address.state ?? null,
  city: address.city ?? null,
  line1: address.line1 ?? null,
  line2: address.line2 ?? null,
  phoneNumber: address.phoneNumber ?? null,
});

export type ApiCustomer = {
  id: string;
  key?: string | undefined;
  name: string;
  description?: string | undefined;
  metadata: Record<string, string> | null;
  annotations: null;
  primaryEmail?: string | undefined;
  currency?: string | undefined;
  billingAddress?: ApiAddress | undefined;
  usageAttribution: { subjectKeys: string[] };
  createdAt: string;
  updatedAt: string;
  deletedAt?: string | undefined;
};

export const customerSchema: z.ZodType<ApiCustomer> = z
  .object({
    id: z.string(),
    key: z.string().optional(),
    name: z.string(),
    description: z.string().optional(),
    metadata: z.record(z.string(), z.string()).nullable(),
    annotations: alwaysNull,
    primaryEmail: z.string().optional(),
    currency: z.string().optional(),
    billingAddress: addressSchema.optional(),
    usageAttribution: z.object({ subjectKeys: z.array(z.string()) }),
    createdAt: z.string().openapi({ format: "date-time" }),
    updatedAt: z.string().openapi({ format: "date-time" }),
    deletedAt: z.string().openapi({ format: "date-time" }).optional(),
  })
  .openapi("Customer");

export const toApiCustomer = (customer: Customer): ApiCustomer => ({
  id: customer.id,
  ...(customer.key === null ? {} : { key: customer.key }),
  name: customer.name,
  ...(customer.description === null ? {} : { description: customer.description }),
  metadata: customer.metadata === null ? null : { ...customer.metadata },
  annotations: null,
  ...(customer.primaryEmail === null ? {} : { primaryEmail: customer.primaryEmail }),
  ...(customer.currency === null ? {} : { currency: customer.currency }),
  ...(customer.billingAddress === null ? {} : { billingAddress: toApiAddress(customer.billingAddress) }),
  usageAttribution: { subjectKeys: [...customer.subjectKeys] },
  createdAt: formatInstant(customer.createdAt),
  updatedAt: formatInstant(customer.updatedAt),
  ...(customer.deletedAt === null ? {} : { deletedAt: formatInstant(customer.deletedAt) }),
});

const toApiAddress = (address: Address): ApiAddress =>
  Object.fromEntries(Object.entries(address).filter(([, line]) => line !== null)) as ApiAddress; // the same members, those that are null left out

/** What more of a customer is to be answered: nothing so far. */
export const expand: z.ZodType<"subscriptions"[] | undefined, unknown> = many(z.enum(["subscriptions"])).openapi({
  description: "Not supported yet",
});

export const customerPath: z.ZodObject<{ customerIdOrKey: z.ZodString }> = z.object({
  customerIdOrKey: z.string().min(1).max(256),
});
