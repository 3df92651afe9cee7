export type MediaType = Readonly<{ essence: string; charset: string | null }>;

/** The type of a Content-Type header and its charset, both in lower case; other parameters say nothing that matters here. */
export const parseMediaType = (header: string): MediaType => {
  const [essence = "", ...parameters] = header.split(";");
  const charset = parameters
    .map((parameter) => /^\s*charset\s*=\s*"?([^"]*?)"?\s*$/i.exec(parameter)?.[1])
    .find((value) => value !== undefined);
  return { essence: essence.trim().toLowerCase(), charset: charset === undefined ? null : charset.toLowerCase() };
};
