import { z } from "@hono/zod-openapi";
import { type ControlUseCases, invariantsPageMax, type InvariantsReport } from "@meter/core";
import { defineRoute, type HttpApp } from "../../define-route.ts";
import { problems } from "../../problems/problem.ts";
import { integer, ulid } from "../../wire/params.ts";

export const checkInvariants = (app: HttpApp, deps: Pick<ControlUseCases, "checkInvariants">): void => {
  app.openapi(route, async (c) => {
    const { after, limit } = c.req.valid("query");
    const report = await deps.checkInvariants(c.var.principal.namespace, {
      after: after ?? null,
      limit: limit ?? invariantsPageMax,
    });
    return c.json(toApiReport(report), 200);
  });
};

type ApiInvariants = {
  holds: boolean;
  checked: { invoices: number; lines: number; usageLines: number; numbers: number; coveredLines: number };
  broken: { where: string; rule: string; expected: string; found: string }[];
  unchecked: { where: string; reason: string }[];
  next: string | null;
};

const toApiReport = ({ checked, broken, unchecked, next }: InvariantsReport): ApiInvariants => ({
  holds: broken.length === 0 && unchecked.length === 0,
  checked: { ...checked },
  broken: broken.map((one) => ({ ...one })),
  unchecked: unchecked.map((one) => ({ ...one })),
  next,
});

const count = (description: string): z.ZodNumber => z.number().int().openapi({ description });

const reportSchema: z.ZodType<ApiInvariants> = z
  .object({
    holds: z.boolean().openapi({ description: "Nothing is broken, and nothing is left unchecked of this page" }),
    checked: z.object({
      invoices: count("Documents of this page: issued or voided"),
      lines: count("Their lines"),
      usageLines: count("Those whose quantity was read again"),
      numbers: count("Numbers of the series; 0 after the first page"),
      coveredLines: count("Lines of all invoices that are not voided, compared for overlaps; 0 after the first page"),
    }),
    broken: z.array(z.object({ where: z.string(), rule: z.string(), expected: z.string(), found: z.string() })),
    unchecked: z
      .array(z.object({ where: z.string(), reason: z.string() }))
      .openapi({ description: "Lines whose usage cannot be read" }),
    next: z.string().nullable().openapi({ description: "`after` of the next page; null: that was all" }),
  })
  .openapi("Invariants");

const route = defineRoute("admin", {
  method: "get",
  path: "/api/v1/invariants",
  operationId: "checkInvariants",
  tags: ["Billing"],
  summary: "Check every figure that was invoiced",
  description:
    "Details sum to lines, lines to totals, every explanation follows from what was given, billed quantities are what the meters say at the positions of the lines, " +
    "numbers have no gap, no two lines cover the same instant of a rate card, and what is not voided of a service period is not below zero. The last three over all invoices, with the first page.",
  request: {
    query: z.object({
      after: ulid.optional().openapi({ description: "`next` of the page before" }),
      limit: integer({ min: 1, max: invariantsPageMax }),
    }),
  },
  responses: {
    200: {
      description: "What was checked, and what is broken",
      content: { "application/json": { schema: reportSchema } },
    },
    ...problems(400),
  },
});
