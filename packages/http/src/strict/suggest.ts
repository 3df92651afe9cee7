import { findClosest } from "@meter/primitives";
import type { UnknownMember } from "./find-unknown-members.ts";
import { isObject, type ObjectShape, resolveShape, type Shape } from "./shape.ts";

/**
 * What else a member is called: by the library, by other APIs, by habit. Each leads to members of the wire, of which the
 * first that can stand there is proposed.
 */
const aliases: Readonly<Record<string, readonly string[]>> = {
  meterKey: ["meterSlug"],
  meter: ["meterSlug"],
  key: ["slug"],
  value: ["valueProperty"],
  filters: ["meterGroupByFilters", "filterGroupBy"],
  model: ["type", "mode"],
  unitAmount: ["unitPrice.amount", "amount"],
  flatAmount: ["flatPrice.amount", "amount"],
  conversion: ["unitConfig"],
  interval: ["billingCadence"],
  cadence: ["billingCadence"],
  subject: ["usageAttribution.subjectKeys"],
  subjects: ["usageAttribution.subjectKeys"],
  subjectKey: ["usageAttribution.subjectKeys"],
  email: ["primaryEmail"],
  address: ["billingAddress"],
  planKey: ["plan.key"],
  customer: ["customerId", "customerKey"],
  start: ["from"],
  end: ["to"],
};

/**
 * What was probably meant by an unknown member, as a phrase: one of its object, one further down in it, or one of
 * elsewhere in the body. Null when nothing is like it.
 */
export const suggest = ({ name, value, shape, object }: UnknownMember, root: Shape, body: unknown): string | null => {
  const here = pathsOf(shape, object);
  const called = Object.hasOwn(aliases, name) ? (aliases[name] ?? []) : [];
  const meant =
    called.find((path) => here.includes(path)) ??
    here.find((path) => fold(lastOf(path)) === fold(name)) ??
    findClosest(name, [...shape.members.keys()]) ??
    closestPath(name, here) ??
    groupOf(value, here);
  if (meant !== null) return `\`${meant}\``;
  const elsewhere = pathsOf(root, body).find((path) => fold(lastOf(path)) === fold(name)); // far away only by its very name
  return elsewhere === undefined ? null : `the body's \`${elsewhere}\``;
};

/** By its last member, or by all of them: `unitAmount` for `unitPrice.amount`. */
const closestPath = (name: string, paths: readonly string[]): string | null => {
  const last = findClosest(name, paths.map(lastOf));
  return last === null ? findClosest(name, paths) : (paths.find((path) => lastOf(path) === last) ?? null);
};

/** Where the members of a group belong that is none here: `price.minimumAmount` for `commitments.minimumAmount`. */
const groupOf = (value: unknown, paths: readonly string[]): string | null => {
  const names = isObject(value) ? Object.keys(value).slice(0, 20) : [];
  if (names.every((name) => inMany.includes(name))) return null;
  const ofFirst = paths.filter((path) => path.endsWith(`.${names[0]}`));
  return ofFirst.find((path) => names.every((name) => paths.includes(path.replace(/[^.]+$/, name)))) ?? null;
};

/** Members that say nothing about what the object is. */
const inMany: readonly string[] = ["id", "key", "name", "type", "description", "metadata"];

const fold = (name: string): string => name.toLowerCase().replaceAll(/[-_]/g, "");

const lastOf = (path: string): string => path.slice(path.lastIndexOf(".") + 1);

/** Paths of all members, the nearest first. Of variants those that what was sent chooses; all when it does not. */
const pathsOf = (shape: ObjectShape | Shape, value: unknown): readonly string[] => {
  const paths: string[] = [];
  let level = expand(shape, value, "");
  while (level.length > 0) {
    paths.push(...level.flatMap(({ path }) => (path.endsWith("[]") ? [] : [path])));
    level = level.flatMap(({ shape: of, value: sent, path }) => expand(of, sent, path));
  }
  return [...new Set(paths)];
};

type Place = Readonly<{ path: string; shape: Shape; value: unknown }>;

const expand = (shape: Shape, value: unknown, path: string): readonly Place[] => {
  switch (shape.kind) {
    case "object":
      return [...shape.members].map(([name, of]) => ({
        path: path === "" ? name : `${path}.${name}`,
        shape: of,
        value: isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined,
      }));
    case "list":
      return expand(shape.item, Array.isArray(value) ? value[0] : undefined, `${path}[]`);
    case "variants": {
      const chosen = resolveShape(shape, value);
      return (chosen === null ? [...shape.variants.values()] : [chosen]).flatMap((of) => expand(of, value, path));
    }
    case "either":
      return shape.options.flatMap((option) => expand(option, value, path));
    case "any":
    case "map":
      return [];
  }
};
