/** Matches the paths of a route. A parameter is `:id` or `{id}`, and any one segment. */
export const toPathPattern = (path: string): RegExp =>
  new RegExp(
    `^${path
      .split("/")
      .map((segment) => (/^(?::|\{)/.test(segment) ? "[^/]+" : segment.replaceAll(/[^A-Za-z0-9_-]/g, "\\$&")))
      .join("/")}$`,
  );
