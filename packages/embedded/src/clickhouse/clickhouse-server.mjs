// A ClickHouse: `clickhouse local` out of libchdb, with its own HTTP server. The engine's process; started by engine.ts:
//   node clickhouse-server.mjs LIBRARY PARENT_PID --path=DATA_DIR --http_port=PORT --config-file=FILE
// Plain JavaScript, because stripping types at start would cost 40 ms and 12 MB here.
// It ends when its stdin closes (gracefully), and is killed with its parent (Linux).
const [library, parent, ...options] = process.argv.slice(2);

const { dlopen, getRawPointer } = await import("node:ffi").catch(() => {
  console.error(`Node ${process.versions.node} has no node:ffi: the embedded ClickHouse needs Node 26.10 or newer`);
  process.exit(1);
});

const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9n;

// The graceful end by stdin waits for running statements; whoever sent them is gone with our parent, so nothing may still commit.
if (process.platform === "linux") {
  const { functions } = dlopen(null, {
    prctl: { return: "int32", arguments: ["int32", "uint64", "uint64", "uint64", "uint64"] },
  });
  functions.prctl(PR_SET_PDEATHSIG, SIGKILL, 0n, 0n, 0n);
}
if (process.ppid !== Number(parent)) process.exit(1); // it died before we asked to die with it

const { functions } = dlopen(library, {
  chdb_query_cmdline: { return: "pointer", arguments: ["int32", "pointer"] },
  chdb_result_error: { return: "string", arguments: ["pointer"] },
});

// Counting the lines of stdin is what keeps it running: the count is known when stdin closes.
const args = [
  "clickhouse",
  ...options,
  "--listen_host=127.0.0.1",
  "--structure=line String",
  "--input-format=LineAsString",
  "--query=SYSTEM START LISTEN HTTP; SELECT count() FROM table FORMAT Null",
];
const strings = args.map((arg) => Buffer.from(`${arg}\0`));
const argv = new BigUint64Array(args.length + 1); // ends with a null pointer
strings.forEach((string, index) => {
  argv[index] = BigInt(getRawPointer(string));
});

const error = functions.chdb_result_error(functions.chdb_query_cmdline(args.length, getRawPointer(argv)));
if (error) console.error(error);
process.exit(error ? 1 : 0);
