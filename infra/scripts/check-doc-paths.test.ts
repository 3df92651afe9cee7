import { describe, expect, test } from "vitest";
import { checkDocPaths } from "./check-doc-paths.ts";
import { findAnchors } from "./doc-paths/markdown.ts";
import { createTempTree } from "./testing/temp-tree.ts";

const house = {
  ".gitignore": "node_modules\ndata\n*.log\n",
  "packages/core/src/fold.ts": "",
  "docs/guide.md": "# Guide\n\n## Start here\n",
};

const check = (files: Readonly<Record<string, string>>): readonly string[] =>
  checkDocPaths(createTempTree({ ...house, ...files })).map(
    ({ document, line, what }) => `${document}:${line} ${what}`,
  );

describe("inline code", () => {
  test.each([
    { code: "packages/core/src/fold.ts", why: "from the root" },
    { code: "packages/core/", why: "a folder" },
    { code: "packages/core/src/fold.ts:12", why: "with a line" },
    { code: "./docs/guide.md", why: "beside the document" },
  ])("$code is there ($why)", ({ code }) => {
    expect(check({ "README.md": `See \`${code}\`.` })).toEqual([]);
  });

  test.each([
    { code: "packages/attic", why: "a folder of the house" },
    { code: "src/fold.ts", why: "a folder of a package, but the document is not in it" },
    { code: "core/fold.ts", why: "ends like a file we keep" },
    { code: "./guide", why: "relative by its dots" },
    { code: "../outside/file.ts", why: "beyond the root, which a clone does not hold" },
  ])("$code is not there ($why)", ({ code }) => {
    expect(check({ "README.md": `# Title\n\nSee \`${code}\`.` })).toEqual([`README.md:3 ${code} does not exist`]);
  });

  test.each([
    { code: "/api/v1/events", why: "a route" },
    { code: "application/json", why: "a media type" },
    { code: "@meter/core", why: "a package name" },
    { code: "packages/*/README.md", why: "a glob" },
    { code: "packages/{name}/src", why: "a placeholder" },
    { code: "node infra/scripts/none.ts", why: "a command" },
    { code: "https://example.com/a.md", why: "a URL" },
    { code: "./data", why: "appears at run time: ignored by git" },
    { code: "node_modules/.bin/node", why: "appears at run time: ignored by git" },
    { code: "events/s", why: "a unit" },
  ])("$code is no path of ours ($why)", ({ code }) => {
    expect(check({ "README.md": `See \`${code}\`.` })).toEqual([]);
  });

  test("a package's README may speak from its own folder", () => {
    const text = "`src/fold.ts` and `src/none.ts`";
    expect(check({ "packages/core/README.md": text })).toEqual([
      "packages/core/README.md:1 src/none.ts does not exist",
    ]);
  });

  test("fenced code and comments are not read", () => {
    const text = "```sh\n`packages/none.ts`\n```\n<!-- `packages/none.ts`\n[x](none.md) -->\n`packages/last.ts`";
    expect(check({ "README.md": text })).toEqual(["README.md:6 packages/last.ts does not exist"]);
  });
});

describe("links", () => {
  test.each([
    { link: "[g](docs/guide.md)", why: "a file" },
    { link: "[g](docs/guide.md#start-here)", why: "a heading" },
    { link: "[g](#title)", why: "a heading of the document itself" },
    { link: '[g](<docs/guide.md> "Guide")', why: "in angle brackets, with a title" },
    { link: "[g](/docs/guide.md)", why: "from the root" },
    { link: "[g](https://example.com/none.md#x)", why: "a URL" },
    { link: "[g](mailto:a@example.com)", why: "another scheme" },
    { link: "[f](packages/core/src/fold.ts#L3)", why: "a line of a source file" },
    { link: "`[g](none.md)`", why: "inline code" },
  ])("$link leads somewhere ($why)", ({ link }) => {
    expect(check({ "README.md": `# Title\n${link}` })).toEqual([]);
  });

  test.each([
    { link: "[g](docs/none.md)", what: "docs/none.md does not exist" },
    { link: "![i](docs/none.svg)", what: "docs/none.svg does not exist" },
    { link: "[g]: docs/none.md", what: "docs/none.md does not exist" },
    { link: "[g](docs/guide.md#none)", what: "docs/guide.md has no heading #none" },
    { link: "[g](#none)", what: "README.md has no heading #none" },
    { link: "[g](../../etc)", what: "../../etc leaves the repository" },
    { link: "[`x`](docs/none.md) and [y](docs/guide.md)", what: "docs/none.md does not exist" },
  ])("$link leads nowhere", ({ link, what }) => {
    expect(check({ "README.md": `# Title\n${link}` })).toEqual([`README.md:2 ${what}`]);
  });

  test("in any document at the root, too", () => {
    expect(check({ "CONTRIBUTING.md": "[g](docs/guide.md#start-here)\n[n](docs/none.md)" })).toEqual([
      "CONTRIBUTING.md:2 docs/none.md does not exist",
    ]);
  });

  test("a link starts at its document, in docs and in examples, but not in what is installed there", () => {
    const found = check({
      "docs/a/b.md": "[g](../guide.md) [n](guide.md)",
      "docs/examples/x/node_modules/y/README.md": "[n](none.md)",
    });
    expect(found).toEqual(["docs/a/b.md:1 guide.md does not exist"]);
  });
});

test("anchors are those of GitHub: markup and punctuation go, repeated headings are counted", () => {
  const text =
    '# The `meter`, *again* & [more](x.md)\n## Same\n## Same\n## Größe_1 #\n<a id="own"></a>\n```\n# no heading\n```\n';
  expect([...findAnchors(text)]).toEqual(["the-meter-again--more", "same", "same-1", "größe_1", "own"]);
});
