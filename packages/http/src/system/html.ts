import { createHash } from "node:crypto";
import type { HttpContext } from "../env.ts";

const style = `body { font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1rem; color-scheme: light dark; }
pre { padding: 1rem; white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid; border-radius: .4rem; }
td, th { padding: .2rem 1rem .2rem 0; text-align: left; vertical-align: top; }
td:nth-child(2) { width: 16rem; }`;

/** Nothing but the page itself and its own style: no scripts, nothing from elsewhere, in no frame. */
const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** `body` is HTML: what comes from outside was escaped. */
export const htmlPage = (
  c: HttpContext,
  { title, body }: Readonly<{ title: string; body: string }>,
  status: 200 | 404 = 200,
): Response => {
  const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
${body}
</html>
`;
  return c.body(page, status, {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": contentSecurityPolicy,
    "Referrer-Policy": "no-referrer",
    Vary: "Accept",
  });
};

export const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** Whether a page is asked for rather than text: `text/html` is named, and nothing that programs read is named before it. */
export const wantsHtml = (c: HttpContext): boolean => {
  const qualityOf = new Map<string, number>();
  for (const range of (c.req.header("accept") ?? "").toLowerCase().split(",")) {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim());
    const quality = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
    qualityOf.set(type, quality === undefined ? 1 : Number(quality) || 0);
  }
  const html = qualityOf.get("text/html") ?? 0;
  return html > 0 && readByPrograms.every((type) => (qualityOf.get(type) ?? 0) <= html);
};

const readByPrograms = ["application/json", "text/plain", "text/markdown"];
