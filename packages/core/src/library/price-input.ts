import type { BuiltInPriceDefinition, ConversionOperation, ConversionRounding, TaxConfig } from "@meter/catalog";
import type { builtInModels, PricingModels } from "@meter/pricing";

export type BuiltInModels = typeof builtInModels;

/**
 * A price as JSON, decimals as texts: the members of its model. Of models that are not ours only the `type` is known here,
 * and their parsers judge the rest; so it is for all prices where the models are not known by name.
 */
export type PriceInput<Models extends PricingModels = BuiltInModels> = [NameOf<Models>] extends [never]
  ? OpenPrice<string>
  : PriceOf<NameOf<Models>>;

/** The names that models stand under, without the index that any name fits. */
type NameOf<Models> = string & keyof { [Name in keyof Models as string extends Name ? never : Name]: never };

type PriceOf<Type extends string> = Type extends BuiltInPriceDefinition["type"]
  ? Extract<BuiltInPriceDefinition, Readonly<{ type: Type }>>
  : OpenPrice<Type>;

type OpenPrice<Type extends string> = Readonly<{ type: Type; [member: string]: unknown }>;

/** A rate card as JSON: the price with what is around it. What is missing is null; key and name may be missing here. */
export type RateCardInput<Models extends PricingModels = BuiltInModels> = Readonly<{
  price: PriceInput<Models> | null;
  key?: string;
  name?: string;
  description?: string | null;
  metadata?: Readonly<Record<string, string>> | null;
  featureKey?: string | null;
  /** An ISO 8601 duration. */
  billingCadence?: string | null;
  discounts?: Readonly<{
    /** From "0" to "100". */
    percentage?: Readonly<{ percentage: string; correlationId?: string | null }> | null;
    /** Units that are free of charge. */
    usage?: Readonly<{ quantity: string; correlationId?: string | null }> | null;
  }> | null;
  /** From metered to priced units. */
  unitConfig?: Readonly<{
    operation: ConversionOperation;
    conversionFactor: string;
    rounding?: ConversionRounding | null;
    precision?: number | null;
    displayUnit?: string | null;
  }> | null;
  commitments?: Readonly<{ minimumAmount?: string | null; maximumAmount?: string | null }> | null;
  /** Changes no amount. */
  taxConfig?: Partial<TaxConfig> | null;
}>;
