import { createMemoryCatalog } from "../memory/catalog-stores.ts";
import { createMemoryMeters, type MemoryMeters } from "@meter/core";
import { describeCatalogStores } from "./catalog-stores.ts";

const meters: MemoryMeters = createMemoryMeters({
  findInUse: (meter, groupBy, at) => catalog.findMeterInUse(meter, groupBy, at),
});
const catalog = createMemoryCatalog({ meters });

describeCatalogStores("in memory", () => ({ ...catalog, meters }));
