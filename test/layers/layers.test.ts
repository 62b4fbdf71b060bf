import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LayerCase, layerTest } from '../layerTest';

const { cases } = JSON.parse(readFileSync(join(__dirname, '..', 'fixtures', 'layers.json'), 'utf8')) as {
  cases: LayerCase[];
};

for (const c of cases) layerTest(c);
