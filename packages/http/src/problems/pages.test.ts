import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
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
      help: `http://127.0.0.1:8888/problems/${code}`,
    });
  },
);

test("the index in the repository has each of them", async () => {
  const index = await readFile(new URL("README.md", problemPagesDirectory), "utf8");
  const listed = [...index.matchAll(/^\| (\d{3}) +\| \[(\w+)\]\(\2\.md\)/gm)].map(
    ([, status, code]) => `${status} ${code}`,
  );
  expect(listed.toSorted()).toEqual(codes.map((code) => `${problemTable[code].status} ${code}`).toSorted());
});

describe("help is absolute", () => {
  const helpOf = async (url: string, publicUrl: string | null = null, headers = {}): Promise<string> => {
    const { app } = await createTestApp({ app: { publicUrl } });
    return ((await (await app.request(url, { headers })).json()) as { help: string }).help;
  };

  test("at the host that the request named, and found there", async () => {
    expect(await helpOf("http://meter.internal:8888/api/v1/meters")).toBe(
      "http://meter.internal:8888/problems/unauthenticated",
    );
  });

  test("below the configured address, whatever the request names", async () => {
    const headers = { "X-Forwarded-Host": "evil.example", Host: "evil.example" };
    expect(await helpOf("http://evil.example/nothing", "https://example.com/meter", headers)).toBe(
      "https://example.com/meter/problems/not_found",
    );
  });
});

describe("a browser gets HTML", () => {
  const browser = { Accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" };
  const get = async (path: string, headers: Readonly<Record<string, string>>) => {
    const { send } = await createTestApp();
    const answer = await send("GET", path, { token: null, headers });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  };

  test.each(["/problems", "/problems/meter_not_found", "/"])(
    "%s: nothing runs in it, nothing comes from elsewhere",
    async (path) => {
      const page = await get(path, browser);
      expect(page.status).toBe(200);
      expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
      const policy = page.headers.get("content-security-policy") ?? "";
      expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/]+=*'; /);
      expect(policy).toContain("frame-ancestors 'none'");
      const [, style = ""] = /<style>(.*?)<\/style>/s.exec(page.text) ?? [];
      expect(policy).toContain(createHash("sha256").update(style).digest("base64"));
      expect(page.text).not.toMatch(/<script|<link|<img|src=|style=| on\w+=/i);
    },
  );

  test.each(codes)("%s: its page is rendered, and the index names it", async (code) => {
    const { text } = await get(`/problems/${code}`, browser);
    expect(text).toContain(`<h1>${code}</h1>`);
    expect(text).toContain("<h2>What to do</h2>");
    expect(text.replace(/<pre>.*?<\/pre>/gs, "")).not.toMatch(/`|^#/m);
    const index = await get("/problems", browser);
    expect(index.text).toMatch(
      new RegExp(
        `<td>${problemTable[code].status}</td><td><a href="problems/${code}">${code.replaceAll("_", "_<wbr>")}</a></td><td>[^<]+</td>`,
      ),
    );
  });

  test.each([
    { accept: "*/*", html: false, why: "curl" },
    { accept: "", html: false, why: "nothing" },
    { accept: "application/json, text/html", html: true, why: "as good" },
    { accept: "text/plain, text/html;q=0.5", html: false, why: "text is better" },
    { accept: "text/html;q=0", html: false, why: "refused" },
    { accept: "TEXT/HTML ; q=0.9", html: true, why: "any case" },
    { accept: "text/htmlx", html: false, why: "another type" },
  ])("Accept: $accept: $html ($why)", async ({ accept, html }) => {
    for (const path of ["/problems", "/problems/conflict"]) {
      const answer = await get(path, accept === "" ? {} : { Accept: accept });
      expect(answer.headers.get("content-type")).toBe(html ? "text/html; charset=utf-8" : "text/plain; charset=utf-8");
      expect(answer.headers.get("vary")).toContain("Accept");
    }
  });

  test("what is no code of ours is a problem, not a page with it", async () => {
    const answer = await get("/problems/%3Cscript%3E", browser);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([404, "application/problem+json"]);
  });
});

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
