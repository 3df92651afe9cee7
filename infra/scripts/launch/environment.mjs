import { delimiter, join } from "node:path";

// npm hands its scripts the Node it runs on under these names; whoever starts "the same Node again" would get that one
// instead of the pinned one.
const foreignNode = ["NODE", "npm_node_execpath", "npm_execpath"];

// Of npm's own settings, the ones that say how the registry is reached and where downloads are kept. The rest (omit,
// global, workspace, ignore-scripts, dry-run, …) belong to the command that was typed, not to the install inside it.
const networkSetting =
  /^npm_config_(.*registry|.*_auth\w*|(https?_)?proxy|no_?proxy|ca|cafile|cert\w*|key\w*|strict_ssl|cache|userconfig|globalconfig|fetch_\w+|loglevel)$/i;

/**
 * The environment of the product, its tests and its demo: the pinned Node first on PATH, and nothing left of npm's.
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
export const productEnvironment = (root, env) => withPinnedNode(root, env, () => false);

/**
 * The environment of the install: as above, but it reaches the registry as the caller's npm would.
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
export const installEnvironment = (root, env) => ({
  ...withPinnedNode(root, env, (name) => networkSetting.test(name)),
  npm_config_update_notifier: "false",
});

/** @param {string} root @param {NodeJS.ProcessEnv} env @param {(name: string) => boolean} keeps */
const withPinnedNode = (root, env, keeps) => {
  const kept = Object.entries(env).filter(
    ([name]) => !foreignNode.includes(name) && (!/^npm_(config|package|lifecycle|command)/i.test(name) || keeps(name)),
  );
  const path = [join(root, "node_modules", ".bin"), env.PATH].filter(Boolean).join(delimiter);
  return { ...Object.fromEntries(kept), PATH: path };
};
