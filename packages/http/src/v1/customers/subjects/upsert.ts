import { z } from "@hono/zod-openapi";
import type { ControlUseCases } from "@meter/core";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problems } from "../../../problems/problem.ts";
import { refuse } from "../../../problems/refuse.ts";
import { dateTime, listLengthMax, toInstant } from "../../../wire/params.ts";
import { subjectSchema, toApiSubject } from "./subject.ts";

export const upsertSubjects = (app: HttpApp, deps: Pick<ControlUseCases, "upsertSubjects">): void => {
  app.openapi(route, async (c) => {
    const subjects = await deps.upsertSubjects(
      c.var.principal.namespace,
      c.req
        .valid("json")
        .map(({ key, displayName, metadata, stripeCustomerId, currentPeriodStart, currentPeriodEnd }) => ({
          key,
          ...(displayName === undefined ? {} : { displayName }),
          ...(metadata === undefined ? {} : { metadata }),
          ...(stripeCustomerId === undefined ? {} : { stripeCustomerId }),
          ...(currentPeriodStart === undefined ? {} : { currentPeriodStart: toInstant(currentPeriodStart) }),
          ...(currentPeriodEnd === undefined ? {} : { currentPeriodEnd: toInstant(currentPeriodEnd) }),
        })),
    );
    return subjects.ok ? c.json(subjects.value.map(toApiSubject), 200) : refuse(c, subjects.error);
  });
};

const route = defineRoute("subjects:write", {
  method: "post",
  path: "/api/v1/subjects",
  operationId: "upsertSubjects",
  tags: ["Subjects"],
  summary: "Create or change subjects",
  description: "By key. What is left out stays, what is null is cleared.",
  request: {
    body: {
      required: true,
      content: {
        "application/json": {
          schema: z
            .array(
              z
                .object({
                  key: z.string(),
                  displayName: z.string().nullish(),
                  metadata: z.record(z.string(), z.unknown()).nullish(),
                  stripeCustomerId: z.string().nullish(),
                  currentPeriodStart: dateTime.nullish(),
                  currentPeriodEnd: dateTime.nullish(),
                })
                .openapi("SubjectUpsert"),
            )
            .max(listLengthMax),
        },
      },
    },
  },
  responses: {
    200: {
      description: "The subjects, in the order sent",
      content: { "application/json": { schema: z.array(subjectSchema) } },
    },
    ...problems(400, 409, 413, 415),
  },
});
