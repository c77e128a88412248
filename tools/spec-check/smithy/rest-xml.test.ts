import { describe, expect, test } from 'vitest';
import { operationOf, type Sent, wrongWith } from '../__tests__/exchanges.ts';
import { smithyLibrary } from '../__tests__/smithy-library.ts';

const branch = { 'x-branch': 'north' };
