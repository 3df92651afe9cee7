// What `npm start`, `npm test` and `npm run demo` run: `run.mjs <start|test|demo> [arguments]`.
// It needs Node 20 and npm, nothing else: it installs the workspace when that is due, and runs the command on the
// Node that the workspace pins in node_modules/.bin. This file itself keeps to a syntax that old Nodes can read, so
// that they, too, end with a sentence.
import process from "process";

var major = Number(process.versions.node.split(".")[0]);
if (major < 20) {
  console.error(
    "meter: this is Node " +
      process.versions.node +
      "; Node 20 or newer is needed to install and start. See https://nodejs.org",
  );
  process.exit(1);
} else {
  void import("./launch/launch.mjs").then(function (module) {
    return module.launch(process.argv.slice(2));
  });
}
