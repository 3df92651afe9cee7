export { createDatabase, dropDatabase } from "./create-database.ts";
export { dumpSchema } from "./dump-schema.ts";
export { type DatabaseFacts, inspectDatabase } from "./inspect-database.ts";
export { migrate } from "./migrate.ts";
export { openPostgres, type Postgres, type PostgresOptions } from "./open-postgres.ts";
