import { z } from "@hono/zod-openapi";
import { defineRoute, type HttpApp } from "../define-route.ts";
import type { ReadProblemPage } from "../problems/pages.ts";
import { problem, problems } from "../problems/problem.ts";
import { isProblemCode } from "../problems/table.ts";

export const addProblemRoute = (app: HttpApp, deps: Readonly<{ readProblemPage: ReadProblemPage }>): void => {
  app.openapi(route, async (c) => {
    const { code } = c.req.valid("param");
    const page = isProblemCode(code) ? await deps.readProblemPage(code) : null;
    if (page === null) return problem(c, "not_found", { detail: "no problem has this code" });
    return c.text(page, 200, { "Content-Type": "text/plain; charset=utf-8" });
  });
};

const route = defineRoute("public", {
  method: "get",
  path: "/problems/{code}",
  operationId: "problemPage",
  tags: ["System"],
  summary: "What a refusal means and what to do",
  request: { params: z.object({ code: z.string().max(64) }) },
  responses: {
    200: { description: "The page, as Markdown", content: { "text/plain": { schema: z.string() } } },
    ...problems(404),
  },
});
