import { z } from "@hono/zod-openapi";
import { defineRoute, type HttpApp } from "../define-route.ts";
import { toPageHtml } from "../problems/page-html.ts";
import type { ReadProblemPage } from "../problems/pages.ts";
import { problem, problems } from "../problems/problem.ts";
import { isProblemCode, type ProblemCode, problemTable } from "../problems/table.ts";
import { escapeHtml, htmlPage, wantsHtml } from "./html.ts";

/** The pages of problems and their index: for browsers as HTML, for everything else as text. */
export const addProblemRoutes = (app: HttpApp, deps: Readonly<{ readProblemPage: ReadProblemPage }>): void => {
  app.openapi(indexRoute, async (c) => {
    const entries = await Promise.all(
      codes.map(async (code) => ({ code, meaning: leadOf(await deps.readProblemPage(code)) })),
    );
    if (!wantsHtml(c)) return c.body(toText(entries), 200, plainText);
    return htmlPage(c, { title: "Problems", body: toTable(entries) });
  });
  app.openapi(pageRoute, async (c) => {
    const { code } = c.req.valid("param");
    const page = isProblemCode(code) ? await deps.readProblemPage(code) : null;
    if (page === null) return problem(c, "not_found", { detail: "no problem has this code" });
    if (!wantsHtml(c)) return c.body(page, 200, plainText);
    return htmlPage(c, { title: code, body: `${toPageHtml(page)}\n<p><a href="../problems">All problems</a></p>` });
  });
};

const codes = Object.keys(problemTable) as ProblemCode[]; // the keys of the table are the codes
const plainText = { "Content-Type": "text/plain; charset=utf-8", Vary: "Accept" };

type Entry = Readonly<{ code: ProblemCode; meaning: string }>;

/** What stands after `Status 404, Not Found.` in the second paragraph of a page. */
const leadOf = (page: string | null): string => /^Status \d{3}, [A-Z][\w -]*\. (.+)$/m.exec(page ?? "")?.[1] ?? "";

const toText = (entries: readonly Entry[]): string =>
  entries.map(({ code, meaning }) => `${problemTable[code].status} ${code}: ${meaning}\n`).join("");

const toTable = (entries: readonly Entry[]): string =>
  [
    "<h1>Problems</h1>",
    "<p>Every refusal is a problem document (RFC 9457) with one of these codes.</p>",
    "<table>",
    "<tr><th>Status</th><th>Code</th><th>Meaning</th></tr>",
    ...entries.map(
      ({ code, meaning }) =>
        `<tr><td>${problemTable[code].status}</td><td><a href="problems/${code}">${code.replaceAll("_", "_<wbr>")}</a></td><td>${escapeHtml(meaning)}</td></tr>`,
    ),
    "</table>",
  ].join("\n");

const texts = { "text/plain": { schema: z.string() }, "text/html": { schema: z.string() } };

const indexRoute = defineRoute("public", {
  method: "get",
  path: "/problems",
  operationId: "problemPages",
  tags: ["System"],
  summary: "Every refusal there is",
  responses: {
    200: { description: "Status, code and meaning of each, as text, or HTML when it is asked for", content: texts },
  },
});

const pageRoute = defineRoute("public", {
  method: "get",
  path: "/problems/{code}",
  operationId: "problemPage",
  tags: ["System"],
  summary: "What a refusal means and what to do",
  request: { params: z.object({ code: z.string().max(64) }) },
  responses: {
    200: { description: "The page, as Markdown, or HTML when it is asked for", content: texts },
    ...problems(404),
  },
});
