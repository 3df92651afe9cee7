import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { createTestApp, problemPagesDirectory } from "../app.test-support.ts";
import { type ProblemCode, problemTable } from "./table.ts";

const codes = Object.keys(problemTable) as ProblemCode[]; // the keys of the table are the codes

test("there is a page for each problem, and no other", async () => {
  const pages = (await readdir(problemPagesDirectory)).filter((name) => name !== "README.md");
  expect(pages.toSorted()).toEqual(codes.map((code) => `${code}.md`).toSorted());
});

test.each(codes)(
  "%s: the page names its code and status, and says what it means, why, and what to do",
  async (code) => {
    const page = await readFile(new URL(`${code}.md`, problemPagesDirectory), "utf8");
    expect(page.startsWith(`# ${code}\n`)).toBe(true);
    expect(page).toContain(`Status ${problemTable[code].status}`);
    for (const heading of ["## Why", "## What to do", "## Example"]) expect(page).toContain(`\n${heading}\n`);
    const example = /```json\n([\s\S]*?)```/.exec(page)?.[1] ?? "";
    expect(JSON.parse(example)).toMatchObject({
      type: "about:blank",
      status: problemTable[code].status,
      code,
      help: `/problems/${code}`,
    });
  },
);

test("the page is served where the problem says", async () => {
  const { send } = await createTestApp();
  const answer = await send("GET", "/problems/meter_not_found", { token: null });
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain("# meter_not_found");
});

test.each(["nothing", "..%2f..%2fREADME", "__proto__", "constructor", "README"])("404: %s", async (code) => {
  const { send } = await createTestApp();
  expect((await send("GET", `/problems/${code}`, { token: null })).status).toBe(404);
});
