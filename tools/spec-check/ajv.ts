import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';

/** RFC 9110 §5.6.7 */
const httpDate = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2}(\.\d+)? GMT$/;

/** Formats that vendors' descriptions name beside those of JSON Schema. */
const vendorFormats: Readonly<Record<string, RegExp>> = {
  'http-date': httpDate,
  'date-time-rfc1123': httpDate,
  base64url: /^[A-Za-z0-9_-]*={0,2}$/,
};

/** A validator that takes schemas as they are; `coerce`: text stands for numbers, flags and lists of one. */
export function createAjv(coerce: boolean): Ajv2020 {
  const ajv = new Ajv2020({
    strict: false,
    allErrors: true,
    logger: false,
    validateSchema: false,
    coerceTypes: coerce ? 'array' : false,
    verbose: true,
  });
  ajvFormats.default(ajv);
  for (const [name, format] of Object.entries(vendorFormats)) ajv.addFormat(name, format);
  return ajv;
}
