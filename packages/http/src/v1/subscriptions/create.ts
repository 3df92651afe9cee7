import { z } from "@hono/zod-openapi";
import { type FieldFault, settlementModes, type SettlementMode } from "@meter/catalog";
import type { ControlUseCases, CreateSubscriptionInput } from "@meter/core";
import { err, ok, type Result } from "@meter/primitives";
import { defineRoute, type HttpApp } from "../../define-route.ts";
import { problems } from "../../problems/problem.ts";
import { refuse } from "../../problems/refuse.ts";
import { type IgnoredAlignment, ignoredAlignment } from "../../wire/alignment.ts";
import { notSupportedYet, refuseFaults } from "../../wire/not-supported-yet.ts";
import { dateTime, metadata, toInstant, ulid } from "../../wire/params.ts";
import { subscriptionSchema, toApiSubscription } from "./subscription.ts";
import { timing, toTiming } from "./timing.ts";

export const createSubscription = (
  app: HttpApp,
  deps: Pick<ControlUseCases, "createSubscription" | "getCustomer">,
): void => {
  app.openapi(route, async (c) => {
    const input = fromApiSubscriptionCreate(c.req.valid("json"));
    if (!input.ok) return refuseFaults(c, input.error);
    const { customerId, customerKey } = c.req.valid("json");
    if (customerId !== undefined && customerKey !== undefined) {
      const customer = await deps.getCustomer(c.var.principal.namespace, customerId);
      if (!customer.ok) return refuse(c, customer.error);
      if (customer.value.key !== customerKey) return refuseFaults(c, [twoCustomers]);
    }
    const created = await deps.createSubscription(c.var.principal.namespace, input.value);
    return created.ok ? c.json(toApiSubscription(created.value), 201) : refuse(c, created.error);
  });
};

const twoCustomers: FieldFault = {
  field: "customerKey",
  code: "unequal_twins",
  message: "customerKey is not the key of the customer that customerId names: send one of them",
};

type SubscriptionCreate = {
  plan?: { key: string; version?: number | undefined } | undefined;
  /** What is not supported yet: refused. */
  customPlan?: unknown;
  customerId?: string | undefined;
  customerKey?: string | undefined;
  timing?: string | undefined;
  startingPhase?: string | undefined;
  name?: string | undefined;
  description?: string | undefined;
  metadata?: Record<string, string> | null | undefined;
  settlementMode?: SettlementMode | undefined;
  costBasisMode?: "dynamic" | "pinned" | undefined;
  billingAnchor?: string | undefined;
  alignment?: IgnoredAlignment;
};

const fromApiSubscriptionCreate = (
  body: SubscriptionCreate,
): Result<CreateSubscriptionInput, readonly FieldFault[]> => {
  const unsupported = [
    ...(body.customPlan === undefined ? [] : [notSupportedYet("customPlan")]),
    ...(body.settlementMode === "credit_only" ? [notSupportedYet("settlementMode", "credit_only")] : []),
    ...(body.costBasisMode === "pinned" ? [notSupportedYet("costBasisMode", "pinned")] : []),
  ];
  if (unsupported.length > 0) return err(unsupported);
  const { plan, customerId, customerKey } = body;
  const customerIdOrKey = customerId ?? customerKey;
  if (plan === undefined || customerIdOrKey === undefined)
    return err([
      ...(plan === undefined ? [{ field: "plan", code: "required", message: "plan is required" }] : []),
      ...(customerIdOrKey === undefined
        ? [{ field: "customerId", code: "required", message: "customerId or customerKey is required" }]
        : []),
    ]);
  return ok({
    customerIdOrKey,
    planKey: plan.key,
    planVersion: plan.version ?? null,
    timing: toTiming(body.timing ?? "immediate"),
    startingPhase: body.startingPhase ?? null,
    billingAnchor: toInstant(body.billingAnchor),
    name: body.name ?? null,
    description: body.description ?? null,
    metadata: body.metadata ?? null,
    settlementMode: body.settlementMode ?? null,
  });
};

const bodySchema: z.ZodType<SubscriptionCreate> = z
  .object({
    plan: z
      .object({
        key: z.string().min(1).max(64).openapi({ example: "pro" }),
        version: z
          .number()
          .int()
          .min(1)
          .max(1_000_000_000)
          .optional()
          .openapi({ description: "Only the active version is taken, which is the default" }),
      })
      .optional(),
    customPlan: z.unknown().optional().openapi({ description: "Not supported yet" }),
    customerId: ulid
      .optional()
      .openapi({ description: "This or `customerKey` is required; both must be the same customer's" }),
    customerKey: z.string().min(1).max(256).optional(),
    timing: timing.optional(),
    startingPhase: z.string().min(1).max(64).optional(),
    name: z.string().optional().openapi({ description: "The plan's name, when there is none" }),
    description: z.string().optional(),
    metadata,
    settlementMode: z.enum(settlementModes).optional().openapi({ description: "`credit_only` is not supported yet" }),
    costBasisMode: z.enum(["dynamic", "pinned"]).optional().openapi({ description: "`pinned` is not supported yet" }),
    billingAnchor: dateTime.optional().openapi({ description: "What billing periods are counted from; the start" }),
    alignment: ignoredAlignment,
  })
  .openapi("PlanSubscriptionCreate");

const route = defineRoute("subscriptions:write", {
  method: "post",
  path: "/api/v1/subscriptions",
  operationId: "createSubscription",
  tags: ["Subscriptions"],
  summary: "Subscribe a customer to a plan",
  description:
    "To the version of the plan that is active. It gets a copy of all phases and rate cards: later versions and edits of the plan change nothing. " +
    "It begins now, or at an instant that is at most two minutes old. A customer has one subscription at a time.",
  request: { body: { required: true, content: { "application/json": { schema: bodySchema } } } },
  responses: {
    201: { description: "The subscription", content: { "application/json": { schema: subscriptionSchema } } },
    ...problems(400, 404, 409, 412, 413, 415),
  },
});
