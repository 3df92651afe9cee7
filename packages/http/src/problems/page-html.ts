import { escapeHtml } from "../system/html.ts";

/**
 * A page of docs/problems as HTML. Of Markdown it knows what those pages use: headings, paragraphs, `code` and fenced blocks.
 * Everything is escaped.
 */
export const toPageHtml = (markdown: string): string =>
  markdown
    .split(/^(```\w*\n[\s\S]*?^```)$/m)
    .map((part) => (part.startsWith("```") ? toCodeBlock(part) : toBlocks(part)))
    .join("\n");

const toCodeBlock = (fenced: string): string =>
  `<pre><code>${escapeHtml(fenced.replace(/^```\w*\n/, "").replace(/```$/, ""))}</code></pre>`;

const toBlocks = (text: string): string =>
  text
    .split(/\n\s*\n/)
    .map((block) => block.trim())
    .filter((block) => block !== "")
    .map(toBlock)
    .join("\n");

const toBlock = (block: string): string => {
  const [, marks, heading] = /^(#{1,3}) (.+)$/.exec(block) ?? [];
  if (marks !== undefined && heading !== undefined) return `<h${marks.length}>${toInline(heading)}</h${marks.length}>`;
  return `<p>${toInline(block)}</p>`;
};

const toInline = (text: string): string => escapeHtml(text).replaceAll(/`([^`]+)`/g, "<code>$1</code>");
