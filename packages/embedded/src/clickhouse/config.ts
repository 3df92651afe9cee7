import { createHash, randomBytes } from "node:crypto";
import { totalmem } from "node:os";

/** What opens one life of the engine. Made anew for each start; only we and the engine know it. */
export type Secrets = Readonly<{
  /** Value of the `X-Engine` header; without it every path answers 404. */
  header: string;
  password: string;
  /** What our engine, and nobody else who might have taken the port, can tell us: it never leaves us, only the engine's config file has it. */
  proof: string;
}>;

/** In the engine's working directory. It names itself as the file of the users, which the engine looks for only where it is told to. */
export const CONFIG_NAME = "config.xml";

export const SECRET_HEADER = "X-Engine";
/** With the colon that follows in a Basic header it has 6 bytes, so its base64 stands for itself: see `BASIC_USER`. */
export const USERNAME = "meter";
const BASIC_USER = Buffer.from(`${USERNAME}:`).toString("base64");

const MEMORY_BYTES_MAX = 4 * 1024 ** 3;
const MEMORY_SHARE = 0.4;

const SECRET_BYTES = 24;

export const createSecrets = (): Secrets => {
  const secret = (): string => randomBytes(SECRET_BYTES).toString("hex");
  return { header: secret(), password: secret(), proof: secret() };
};

/** 4 GiB, or 40 % of the machine (of the container, when it has a limit) if that is less. */
export const defaultMemoryBytes = (): number => {
  const limit = process.constrainedMemory();
  const machine = limit > 0 && limit < totalmem() ? limit : totalmem();
  return Math.floor(Math.min(MEMORY_BYTES_MAX, machine * MEMORY_SHARE));
};

/**
 * The engine's config file, users included.
 *
 * Who gets in: a request with the secret header that names the user `meter`, and then its password. `default` has no
 * password and cannot have one (the engine's own session logs in by it), so it may do nothing but what that session does.
 */
export const toConfig = ({
  secrets,
  maxServerMemoryBytes,
  queryLog,
}: Readonly<{ secrets: Secrets; maxServerMemoryBytes: number; queryLog: boolean }>): string => `<clickhouse>
  <users_config>${CONFIG_NAME}</users_config>
  <timezone>UTC</timezone>
  <logger><level>fatal</level></logger>
  <send_crash_reports><enabled>false</enabled></send_crash_reports>
  <max_server_memory_usage>${maxServerMemoryBytes}</max_server_memory_usage>
  <mark_cache_size>${Math.floor(maxServerMemoryBytes / 16)}</mark_cache_size>
  <uncompressed_cache_size>0</uncompressed_cache_size>
  <keep_alive_timeout>3</keep_alive_timeout>
  ${queryLog ? QUERY_LOG : ""}
  <macros><proof>${secrets.proof}</proof></macros>
  <http_handlers>
    ${toRule(secrets, `<Authorization>regex:^Basic ${BASIC_USER}[A-Za-z0-9+/=]*$</Authorization>`)}
    ${toRule(secrets, `<X-ClickHouse-User>${USERNAME}</X-ClickHouse-User>`)}
  </http_handlers>
  <profiles>
    <default>
      <async_insert>0</async_insert>
    </default>
    <${USERNAME}>
      <async_insert>0</async_insert>
      <cancel_http_readonly_queries_on_client_close>1</cancel_http_readonly_queries_on_client_close>
      <output_format_json_quote_64bit_integers>1</output_format_json_quote_64bit_integers>
      <output_format_json_quote_decimals>1</output_format_json_quote_decimals>
    </${USERNAME}>
  </profiles>
  <quotas><default/></quotas>
  <users>
    <default>
      <password></password>
      ${USER_COMMON}
      <profile>default</profile>
      <grants>
        <query>GRANT SYSTEM LISTEN ON *.*</query>
        <query>GRANT CREATE ARBITRARY TEMPORARY TABLE ON *.*</query>
        <query>GRANT READ, WRITE ON FILE</query>
      </grants>
    </default>
    <${USERNAME}>
      <password_sha256_hex>${createHash("sha256").update(secrets.password).digest("hex")}</password_sha256_hex>
      ${USER_COMMON}
      <profile>${USERNAME}</profile>
    </${USERNAME}>
  </users>
</clickhouse>
`;

const QUERY_LOG = "<query_log><database>system</database><table>query_log</table></query_log>";

const USER_COMMON = "<networks><ip>127.0.0.1</ip></networks><quota>default</quota>";

const toRule = ({ header }: Secrets, who: string): string =>
  `<rule><methods>GET,POST</methods><headers><${SECRET_HEADER}>${header}</${SECRET_HEADER}>${who}</headers><handler><type>dynamic_query_handler</type><query_param_name>query</query_param_name></handler></rule>`;
