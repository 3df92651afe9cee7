import { type ControlDeps, createControlUseCases } from "@meter/core";
import { createApiRoutes, type HttpApp } from "@meter/http";

/** What whoever runs the API opens for it: stores, a reader of usage, and how far usage has come. */
export type ApiResources = ControlDeps;

/** The routes of everything but taking events. */
export const createApiPart = (resources: ApiResources): HttpApp => createApiRoutes(createControlUseCases(resources));
