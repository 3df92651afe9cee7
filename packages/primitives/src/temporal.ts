/**
 * The platform's own `Temporal` where there is one, otherwise a polyfill of the same behaviour; the global object stays
 * as it is. The only door to `Temporal` in the pure floors: the name without an import is missing in Node 20, in edge
 * workers and in some browsers.
 */
export { Temporal } from "temporal-polyfill";
