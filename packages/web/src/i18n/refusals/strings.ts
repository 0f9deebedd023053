/** Why the server did not do what somebody asked for, by its code and cause; what is not here is told in its own words. */
export type RefusalStrings = Readonly<Record<string, string>>;
