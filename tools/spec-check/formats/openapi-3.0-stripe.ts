import type { Format } from '../description.ts';
import { readOpenApi } from '../openapi.ts';
import { asOfToday, isPage, isStripe } from '../stripe/quirks.ts';

/** Stripe's OpenAPI 3.0, brought up to the version of the API that is used. By its name it is asked before the plain one. */
export const format: Format = {
  name: 'OpenAPI 3.0 of Stripe',
  accepts: isStripe,
  read(file, documents) {
    const document = documents.load(file);
    if (!isStripe(document)) throw new Error(`${file}: not the description of Stripe's API`);
    const today = `${file}.today`;
    documents.add(today, asOfToday(document));
    const dialect = { nullable: 'nullable', exclusiveFlags: true, refSiblings: false } as const;
    return { ...readOpenApi(today, documents, dialect), isForeign: isPage };
  },
};
