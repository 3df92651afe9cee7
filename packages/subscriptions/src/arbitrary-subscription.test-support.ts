import { durationsAlign, instant } from "@meter/primitives";
import type { Instant } from "@meter/primitives";
import fc from "fast-check";

import {
  at,
  duration,
  inAdvance,
  inArrears,
  perUnit,
  phase,
  plan,
  rateCard,
  subscribe,
} from "./subscription.test-support.ts";
import type { Subscription } from "./subscription.ts";

const cadences = ["P1W", "P2W", "P4W", "P1M", "P3M", "P1Y"];
const shorter = ["P1D", "P1W", "P1M", "P3M", "P1Y", null];

const anyStart = fc.integer({ min: at("2023-11-01"), max: at("2024-04-02") }).map((ms) => instant(ms));

/** Any start and anchor, up to three phases, every kind of price; without an end. */
export const anySubscription: fc.Arbitrary<Subscription> = fc
  .record({
    start: anyStart,
    anchor: fc.option(fc.integer({ min: at("2023-01-01"), max: at("2025-01-01") }).map((ms) => instant(ms))),
    cadence: fc.constantFrom(...cadences),
    isProRating: fc.boolean(),
    phases: fc.array(fc.constantFrom("P10D", "P1M", "P5W", "P2M"), { maxLength: 2 }),
    items: fc.array(
      fc.record({ price: fc.constantFrom(inAdvance, inArrears, perUnit), cadence: fc.constantFrom(...shorter) }),
      { minLength: 1, maxLength: 4 },
    ),
  })
  .map(({ start, anchor, cadence, isProRating, phases, items }) => {
    const aligned = items.filter(
      (item) => item.cadence === null || durationsAlign(duration(cadence), duration(item.cadence)),
    );
    const rateCards = aligned.map(({ price, cadence: own }, index) =>
      rateCard(`item_${index}`, own === null && price === perUnit ? inArrears : price, own),
    );
    const all = [...phases, null].map((lasts, index) => phase(`phase_${index}`, lasts, rateCards));
    const made = plan(all, {
      billingCadence: duration(cadence),
      proRatingConfig: { enabled: isProRating, mode: "prorate_prices" },
    });
    return subscribe({ now: start }, { plan: made, billingAnchor: anchor });
  });

/** So many days after the start. */
export const after = ({ activeFrom }: Subscription, days: number): Instant => instant(activeFrom + days * 86_400_000);
