import { isObject, type ObjectShape, resolveShape, type Shape } from "./shape.ts";

export type Path = readonly (string | number)[];

export type UnknownMember = Readonly<{
  /** Of the object it stands in. */
  path: Path;
  name: string;
  /** What it holds. */
  value: unknown;
  /** What it could have been, and the object as it was sent. */
  shape: ObjectShape;
  object: Readonly<Record<string, unknown>>;
}>;

/** Every member, at any depth, that the shape does not have. Whether the rest fits is for the schema to say. */
export const findUnknownMembers = (shape: Shape, value: unknown, path: Path = []): readonly UnknownMember[] => {
  const resolved = resolveShape(shape, value);
  switch (resolved?.kind) {
    case "object":
      return isObject(value)
        ? Object.entries(value).flatMap(([name, member]) => {
            const of = resolved.members.get(name);
            return of === undefined
              ? [{ path, name, value: member, shape: resolved, object: value }]
              : findUnknownMembers(of, member, [...path, name]);
          })
        : [];
    case "list":
      return Array.isArray(value)
        ? value.flatMap((item, index) => findUnknownMembers(resolved.item, item, [...path, index]))
        : [];
    case "map":
      return isObject(value)
        ? Object.entries(value).flatMap(([name, member]) => findUnknownMembers(resolved.value, member, [...path, name]))
        : [];
    case "either":
      return (
        resolved.options
          .filter((option) => fits(option, value))
          .map((option) => findUnknownMembers(option, value, path))
          .reduce<readonly UnknownMember[] | null>(
            (best, found) => (best === null || found.length < best.length ? found : best),
            null,
          ) ?? []
      );
    case "any":
    case "variants":
    case undefined:
      return [];
  }
};

/** Whether a value can be meant by a shape at all. */
const fits = ({ kind }: Shape, value: unknown): boolean => {
  if (kind === "list") return Array.isArray(value);
  return kind === "object" || kind === "map" || kind === "variants" ? isObject(value) : !isObject(value);
};
