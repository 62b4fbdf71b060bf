import { layerTest } from '../layerTest';

layerTest('layers');
