import { isNode, walk, type SyntaxNode } from "./syntax-tree.ts";
import { lineAt } from "./violation.ts";

/**
 * A place where code reaches for the outside: a clock, randomness, I/O or the environment, or for what the platform does
 * not have everywhere: `missing` in browsers, or in Node 20, where the library runs.
 */
export type Impurity = Readonly<{ line: number; what: string; missing: boolean }>;

// Names that are the outside wherever they stand.
const ofNode = new Set("process Buffer NodeJS require module __dirname __filename global setImmediate".split(" "));
const outside = new Set(
  "performance console fetch WebSocket XMLHttpRequest setTimeout setInterval queueMicrotask localStorage sessionStorage navigator".split(
    " ",
  ),
);

// Names of which only some members are the outside.
const outsideMembers: ReadonlyMap<string, readonly string[]> = new Map([
  ["Math", ["random"]],
  ["crypto", ["getRandomValues", "randomUUID", "randomUUIDv7"]],
]);

const missingInNode20: ReadonlyMap<string, readonly string[]> = new Map([
  ["Map", ["groupBy"]],
  ["Object", ["groupBy"]],
  ["Promise", ["withResolvers", "try"]],
  ["Array", ["fromAsync"]],
]);

// `Temporal` without an import is missing in Node 20, edge workers and some browsers; imported, only this is a clock.
const temporalClock = "Now";

// `Date` is the clock but for these, which only convert.
const dateConversions = ["UTC", "parse", "prototype"];

/**
 * Every reach for the outside in a file, by name. A file that declares such a name itself (a parameter called
 * `process`, say) means its own, in all of the file.
 */
export const findImpurities = (program: object, text: string): readonly Impurity[] => {
  const declared = declaredNames(program);
  const impurities: Impurity[] = [];
  walk(program, (node, parent, key) => {
    const what = describe(node, parent, key);
    if (what === null || (declared.has(what.name) && what.text !== `Temporal.${temporalClock}`)) return;
    impurities.push({ line: lineAt(text, node.start), what: what.text, missing: isMissing(what) });
  });
  return impurities;
};

type Reach = Readonly<{ name: string; text: string }>;

const isMissing = ({ name, text }: Reach): boolean =>
  ofNode.has(name) || missingInNode20.has(name) || (name === "Temporal" && text !== `Temporal.${temporalClock}`);

const describe = (node: SyntaxNode, parent: SyntaxNode | null, key: string): Reach | null => {
  if (node.type === "MetaProperty" && isNode(node["meta"]) && node["meta"]["name"] === "import")
    return { name: "import.meta", text: "import.meta" };
  const name = nameOf(node, parent, key);
  if (name === null || parent === null) return null;
  const member = parent.type === "MemberExpression" && key === "object" ? memberName(parent) : null;
  if (outside.has(name) || ofNode.has(name) || name === "Temporal")
    return { name, text: member === null ? name : `${name}.${member}` };
  const members = outsideMembers.get(name) ?? missingInNode20.get(name);
  if (member !== null && members?.includes(member)) return { name, text: `${name}.${member}` };
  if (name === "Date" && !isDateConversion(parent, key, member)) return { name, text: dateText(parent, member) };
  return null;
};

/** The free name that a node refers to: an identifier in an expression, the first name of a type, or a member of `globalThis`. */
const nameOf = (node: SyntaxNode, parent: SyntaxNode | null, key: string): string | null => {
  if (node.type === "MemberExpression") {
    const { object } = node;
    return isNode(object) && object["name"] === "globalThis" ? memberName(node) : null;
  }
  if (node.type !== "Identifier" || parent === null || typeof node["name"] !== "string") return null;
  const isType = key === "typeName" || key === "left" || key === "exprName"; // of a type reference, A.B, typeof a
  if (parent.type.startsWith("TS") && key !== "expression" && !isType) return null; // another name in a type
  if (key === "key" || key === "label" || (key === "property" && parent["computed"] !== true)) return null;
  if (parent.type.endsWith("Specifier")) return null; // import { a as b }
  return node["name"];
};

const memberName = (member: SyntaxNode): string | null => {
  const { property } = member;
  if (!isNode(property)) return null;
  const name = property["name"] ?? property["value"]; // a.b or a["b"]
  return typeof name === "string" ? name : null;
};

const isDateConversion = (parent: SyntaxNode, key: string, member: string | null): boolean => {
  if (parent.type === "NewExpression" && key === "callee")
    return Array.isArray(parent["arguments"]) && parent["arguments"].length > 0;
  if (parent.type === "BinaryExpression") return parent["operator"] === "instanceof";
  if (parent.type.startsWith("TS") && key !== "expression") return true; // the type of what was converted
  return member !== null && dateConversions.includes(member);
};

const dateText = (parent: SyntaxNode, member: string | null): string => {
  if (member !== null) return `Date.${member}`;
  return parent.type === "NewExpression" ? "new Date()" : "Date";
};

/** Names that the file binds: variables, parameters, functions, classes, imports. */
const declaredNames = (program: object): ReadonlySet<string> => {
  const names = new Set<string>();
  const bind = (pattern: unknown): void => {
    if (!isNode(pattern)) return;
    if (pattern.type === "Identifier" && typeof pattern["name"] === "string") names.add(pattern["name"]);
    else if (pattern.type === "AssignmentPattern") bind(pattern["left"]);
    else if (pattern.type === "RestElement") bind(pattern["argument"]);
    else if (pattern.type === "Property") bind(pattern["value"]);
    else for (const part of [pattern["properties"], pattern["elements"]].flat()) bind(part);
  };
  walk(program, (node) => {
    if (/Function|Class/.test(node.type) || node.type === "VariableDeclarator") bind(node["id"]);
    if (/Function/.test(node.type)) for (const parameter of [node["params"]].flat()) bind(parameter);
    if (/^Import.*Specifier$/.test(node.type)) bind(node["local"]);
    if (node.type === "CatchClause") bind(node["param"]);
  });
  return names;
};
