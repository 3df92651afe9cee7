import {
  type Clock,
  createScheduler,
  type DueWork,
  keepBilling,
  type KeptBilling,
  type RunDueDeps,
  type Scheduler,
  type Wakes,
  type WatchedLateUsage,
  watchLateUsage,
} from "@meter/core";
import { type BillingProfile, builtInBillingProfile } from "@meter/invoicing";
import { builtInModels, createPricing } from "@meter/pricing";

/** What whoever runs the scheduler opens for it. `clock`: the product's. */
export type SchedulerResources = Omit<RunDueDeps, "pricing" | "profile"> &
  Readonly<{
    clock: Clock;
    wakes: Wakes;
    /** Absent: the built-in one. */
    profile?: BillingProfile;
  }>;

/** `dueWork` for a clock that is moved by hand, `billing` for one that goes by itself; `lateUsage` counts for a metric. */
export type SchedulerPart = Readonly<{
  dueWork: DueWork & Pick<Scheduler, "stop">;
  billing: KeptBilling;
  lateUsage: WatchedLateUsage;
}>;

/** Bills customers when their time has come. Any number may run at once on one database. */
export const createSchedulerPart = ({
  clock,
  wakes,
  profile = builtInBillingProfile,
  ...resources
}: SchedulerResources): SchedulerPart => {
  const pricing = createPricing({ models: builtInModels });
  const scheduler = createScheduler({ ...resources, pricing, profile });
  return {
    dueWork: scheduler,
    billing: keepBilling({ ...resources, scheduler, wakes, clock }),
    lateUsage: watchLateUsage({ ...resources, pricing, clock }),
  };
};
