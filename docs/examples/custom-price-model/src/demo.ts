import { dec, findCurrency } from "@meter/core";
import { printLine, readGpuRateCard, toGpuLine } from "./gpu-line.ts";

const currency = findCurrency("USD");
const rateCard = readGpuRateCard({
  key: "gpu_hours",
  name: "GPU hours",
  featureKey: "gpu_hours",
  billingCadence: "P1M",
  price: { type: "perGpuHour", freeHours: "60", hoursPerBlock: "10", amountPerBlock: "15", amountMax: "400" },
});
if (!rateCard.ok || currency === null) throw new Error(JSON.stringify(rateCard));

for (const hours of process.argv.slice(2).length > 0 ? process.argv.slice(2) : ["45", "60.5", "128", "1000"]) {
  console.log(`\n${printLine(rateCard.value, toGpuLine(rateCard.value, { hours: dec(hours), currency }))}`);
}
