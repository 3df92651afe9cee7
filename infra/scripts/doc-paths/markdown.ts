/** Something a document cites: the target of a link, or inline code; `line` from 1. */
export type Citation = Readonly<{ kind: "link" | "code"; text: string; line: number }>;

/** All links (inline, images, reference definitions) and inline code, in order. Fenced and commented-out text is not read. */
export const findCitations = (markdown: string): readonly Citation[] =>
  proseLines(markdown).flatMap(({ text, line }) => {
    const codes = [...text.matchAll(/(`+)(.+?)\1(?!`)/g)].map((match) => ({
      kind: "code" as const,
      text: (match[2] ?? "").trim(),
      line,
    }));
    const withoutCode = text.replaceAll(/(`+)(.+?)\1(?!`)/g, (code) => "x".repeat(code.length));
    const targets = [
      ...withoutCode.matchAll(/\]\(\s*(?:<([^>]*)>|([^\s()]*(?:\([^\s()]*\)[^\s()]*)*))(?:\s+["'(].*?["')])?\s*\)/g),
      ...withoutCode.matchAll(/^ {0,3}\[[^\]^]+\]:\s+(?:<([^>]*)>|(\S+))/g),
    ];
    const links = targets.map((match) => ({ kind: "link" as const, text: match[1] ?? match[2] ?? "", line }));
    return [...codes, ...links];
  });

/** The anchors that GitHub gives a document: its headings, and explicit `id` or `name` attributes. */
export const findAnchors = (markdown: string): ReadonlySet<string> => {
  const anchors = new Set<string>();
  const uses = new Map<string, number>();
  for (const { text } of proseLines(markdown)) {
    for (const match of text.matchAll(/<\w+[^>]*\s(?:id|name)=["']([^"']+)["']/g)) anchors.add(match[1] ?? "");
    const heading = /^ {0,3}#{1,6}\s+(.*?)(?:\s+#+)?\s*$/.exec(text);
    if (heading === null) continue;
    const slug = toSlug(heading[1] ?? "");
    const used = uses.get(slug) ?? 0;
    uses.set(slug, used + 1);
    anchors.add(used === 0 ? slug : `${slug}-${used}`);
  }
  return anchors;
};

/** A heading's anchor: its words in lower case, spaces as hyphens, without markup and punctuation. */
const toSlug = (heading: string): string =>
  heading
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replaceAll(/<[^>]*>/g, "")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, "")
    .replaceAll(" ", "-");

type Line = Readonly<{ text: string; line: number }>;

/** The lines outside of fenced code and of HTML comments. */
const proseLines = (markdown: string): readonly Line[] => {
  const lines: Line[] = [];
  let fence = "";
  const uncommented = markdown.replaceAll(/<!--[\s\S]*?-->/g, (comment) => comment.replaceAll(/[^\n]/g, " "));
  for (const [index, text] of uncommented.split("\n").entries()) {
    const mark = /^\s*(`{3,}|~{3,})/.exec(text)?.[1] ?? "";
    if (fence === "" && mark === "") lines.push({ text, line: index + 1 });
    else if (fence === "") fence = mark;
    else if (mark.startsWith(fence) && text.trim() === mark) fence = "";
  }
  return lines;
};
