import { holdsValues, isTree, type Tree } from "./tree.ts";
import { memberWords, parameterWords, schemaWords, type Words } from "./words.ts";

/** Gives everything that says nothing of itself its words: schemas, their members, parameters. */
export const describeDocument = (document: object): object => {
  const { paths, components, ...rest } = document as Tree; // an OpenAPI document is one
  const { schemas, ...others } = isTree(components) ? components : {};
  return {
    ...rest,
    components: {
      ...others,
      schemas: mapTree(schemas, (schema, name) => ({ ...own(schemaWords, [name]), ...describe(schema, [name]) })),
    },
    paths: mapTree(paths, (operations, path) => mapTree(operations, (operation) => describeOperation(operation, path))),
  };
};

const describeOperation = (operation: unknown, path: string): unknown => {
  if (!isTree(operation)) return operation;
  const { parameters, ...rest } = operation;
  return {
    ...describe(rest, []),
    ...(Array.isArray(parameters)
      ? { parameters: parameters.map((parameter) => describeParameter(parameter, path)) }
      : {}),
  };
};

const describeParameter = (parameter: unknown, path: string): unknown => {
  if (!isTree(parameter)) return parameter;
  const name = String(parameter["name"]);
  const { description } = isTree(parameter["schema"]) ? parameter["schema"] : {};
  const words = description === undefined ? own(parameterWords, [`${path} ${name}`, name]) : { description };
  return { ...words, ...describe(parameter, []) };
};

/** `owners`: what the members found here belong to, the nearest first. */
const describe = (tree: unknown, owners: readonly string[]): Tree =>
  mapTree(tree, (child, key) => {
    if (holdsValues(key)) return child;
    if (key === "properties") return mapTree(child, (member, name) => describeMember(member, name, owners));
    if (Array.isArray(child)) return child.map((item) => (isTree(item) ? describe(item, owners) : item));
    return isTree(child) ? describe(child, owners) : child;
  });

const describeMember = (member: unknown, name: string, owners: readonly string[]): unknown => {
  if (!isTree(member) || "$ref" in member) return member; // beside a reference nothing else counts
  const words = own(memberWords, [...owners.map((owner) => `${owner}.${name}`), name]);
  return { ...words, ...describe(member, [name, ...owners.slice(-1)]) };
};

/** The words of the first of these names that has any. */
const own = (words: Words, names: readonly string[]): Readonly<{ description?: string }> => {
  const name = names.find((candidate) => Object.hasOwn(words, candidate));
  const description = name === undefined ? undefined : words[name];
  return description === undefined ? {} : { description };
};

const mapTree = (tree: unknown, toChild: (child: unknown, key: string) => unknown): Tree =>
  isTree(tree) ? Object.fromEntries(Object.entries(tree).map(([key, child]) => [key, toChild(child, key)])) : {};
