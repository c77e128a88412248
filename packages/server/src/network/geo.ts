/**
 * Where an address is, by a MaxMind DB of countries or cities (https://maxmind.github.io/MaxMind-DB/).
 *
 * It fails closed: without the file nobody passes, and an address that is in no country, as private ones are, passes only
 * where the rules say so.
 */
import { readFileSync } from 'node:fs';
import type { Logger } from '@im/core';
import { type CountryResponse, Reader } from 'mmdb-lib';

/** Rules by country. */
export interface GeoRules {
  /** Path of the database, `.mmdb`. */
  readonly database: string;
  /** Countries that pass, ISO 3166-1 alpha-2. Default: all that are not in `deny`. */
  readonly allow?: readonly string[] | undefined;
  /** Countries that do not pass. Default: none. */
  readonly deny?: readonly string[] | undefined;
  /** Whether addresses pass that are in no country. Default false. */
  readonly allowUnknown?: boolean | undefined;
}

/** Judges addresses. */
export interface Geo {
  /** Why it does not pass; `undefined` when it does. */
  fault(address: string): 'no_database' | 'unknown_country' | 'country' | undefined;
  /** Reads the database again, which is replaced from time to time. A file that cannot be read leaves the one that is known. */
  reload(): void;
}

/** Reads the database. When it cannot be read, that is in the log, and {@link Geo.fault} refuses everybody. */
export function createGeo(rules: GeoRules, logger: Logger): Geo {
  const { allow, deny = [], allowUnknown = false } = rules;
  let reader: Reader<CountryResponse> | undefined;
  const reload = (): void => {
    try {
      reader = new Reader<CountryResponse>(readFileSync(rules.database));
    } catch (error) {
      const { code = 'it is no MaxMind DB' } = error as NodeJS.ErrnoException;
      const effect = reader === undefined ? 'nobody passes until it can be' : 'the one read before holds';
      logger.error(`the geo database cannot be read; ${effect}`, { database: rules.database, why: code });
    }
  };
  reload();
  return {
    reload,
    fault: (address) => {
      if (reader === undefined) return 'no_database';
      const country = reader.get(address)?.country?.iso_code;
      if (country === undefined) return allowUnknown ? undefined : 'unknown_country';
      const passes = (allow === undefined || allow.includes(country)) && !deny.includes(country);
      return passes ? undefined : 'country';
    },
  };
}
