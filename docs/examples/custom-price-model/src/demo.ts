import { dec, findCurrency } from "@meter/core";
import { printLine, readGpuRateCard, toGpuLine } from "./gpu-line.ts";

const print = (hours: readonly string[]): void => {
  const currency = findCurrency("USD");
  const rateCard = readGpuRateCard({
    key: "gpu_hours",
    name: "GPU hours",
    featureKey: "gpu_hours",
    billingCadence: "P1M",
    price: { type: "perGpuHour", freeHours: "60", hoursPerBlock: "10", amountPerBlock: "15", amountMax: "400" },
  });
  if (!rateCard.ok || currency === null) throw new Error(JSON.stringify(rateCard));
  for (const one of hours)
    console.log(`\n${printLine(rateCard.value, toGpuLine(rateCard.value, { hours: dec(one), currency }))}`);
};

try {
  const given = process.argv.slice(2);
  print(given.length > 0 ? given : ["45", "60.5", "128", "1000"]);
} catch (error) {
  console.error(`custom-price-model: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
