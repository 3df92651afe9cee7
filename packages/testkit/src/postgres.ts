export { emptyDatabase, freshDatabase, type FreshDatabase } from "@meter/postgres/testing";
