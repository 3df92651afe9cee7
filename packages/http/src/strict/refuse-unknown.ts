import { findClosest } from "@meter/primitives";
import type { MiddlewareHandler } from "hono";
import type { HttpEnv } from "../env.ts";
import { formatPath } from "../problems/from-zod-error.ts";
import { problem, type ProblemDetails } from "../problems/problem.ts";
import { critical, sentences } from "../problems/refuse.ts";
import { findUnknownMembers, type UnknownMember } from "./find-unknown-members.ts";
import { type ObjectShape, type Shape } from "./shape.ts";
import { suggest } from "./suggest.ts";

/** More are counted, but not named one by one. */
const namedMax = 20;
const nameLengthMax = 128;
const knownMax = 24;

/**
 * Refuses members of a JSON body that the route does not have: what somebody sent for its effect is never left aside without
 * a word. `ignored`: by place (`lines[].rateCard`), what is.
 */
export const refuseUnknownMembers =
  (shape: Shape, ignored: Readonly<Record<string, readonly string[]>>): MiddlewareHandler<HttpEnv> =>
  async (c, next) => {
    const body: unknown = c.var.jsonBody ?? {};
    const unknown = findUnknownMembers(shape, body).filter(({ path, name }) => {
      const place = placeOf(path);
      return !Object.hasOwn(ignored, place) || ignored[place]?.includes(name) !== true;
    });
    if (unknown.length === 0) return next();
    const named = unknown.slice(0, namedMax).map((member) => ({
      field: cut(formatPath([...member.path, member.name])),
      message: `unknown member; ${hint(suggest(member, shape, body), knownIn(member))}`,
    }));
    return problem(c, "unknown_member", toDetails("unknown_member", named, unknown.length));
  };

/** The same for parameters. A parameter that is a map has its key in brackets: `filterGroupBy[model]`. */
export const refuseUnknownParameters = (shape: ObjectShape, ignored: readonly string[]): MiddlewareHandler<HttpEnv> => {
  const isKnown = (name: string): boolean => {
    if (shape.members.has(name) || ignored.includes(name)) return true;
    const map = /^([^[\]]+)\[[^[\]]*\]$/.exec(name)?.[1];
    return map !== undefined && shape.members.get(map)?.kind === "map";
  };
  const spell = (name: string): string => (shape.members.get(name)?.kind === "map" ? `${name}[key]` : name);
  return async (c, next) => {
    const sent = new Set(new URL(c.req.url).searchParams.keys());
    const unknown = [...sent].filter((name) => !isKnown(name));
    if (unknown.length === 0) return next();
    const known = [...shape.members.keys()];
    const named = unknown.slice(0, namedMax).map((name) => {
      const meant = findClosest(name.split(/[.[]/, 1)[0] ?? name, known);
      const suggestion = meant === null ? null : `\`${spell(meant)}\``;
      return { field: cut(name), message: `unknown parameter; ${hint(suggestion, known.map(spell))}` };
    });
    return problem(c, "unknown_parameter", toDetails("unknown_parameter", named, unknown.length));
  };
};

const placeOf = (path: UnknownMember["path"]): string => formatPath(path).replaceAll(/\[\d+\]/g, "[]");

const knownIn = ({ shape }: UnknownMember): readonly string[] => [...shape.members.keys()];

const hint = (suggestion: string | null, known: readonly string[]): string => {
  if (suggestion !== null) return `did you mean ${suggestion}?`;
  if (known.length === 0) return "there is none here";
  const more = known.length > knownMax ? `, and ${known.length - knownMax} more` : "";
  return `known here: ${known.slice(0, knownMax).join(", ")}${more}`;
};

const cut = (name: string): string => (name.length > nameLengthMax ? `${name.slice(0, nameLengthMax)}…` : name);

const toDetails = (
  code: string,
  named: readonly Readonly<{ field: string; message: string }>[],
  total: number,
): ProblemDetails => ({
  detail: sentences(
    named.map(({ field, message }) => `${field}: ${message}`),
    total,
  ),
  validationErrors: named.map((one) => critical({ code, ...one })),
});
