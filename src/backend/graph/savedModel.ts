import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NativeBinding } from '../binding';
import type { Attribute, Constant, GraphNode } from './node';

// biome-ignore lint/suspicious/noExplicitAny: generated protobuf classes without types
type Proto = any;

/** The version of the graph format that TensorFlow 2.19 writes. */
const PRODUCER = 1087;

/** The protobuf classes that ship with tfjs-node. */
function protobuf(): Proto {
  return require('@tensorflow/tfjs-node/dist/proto/api_pb.js');
}

function shapeProto(pb: Proto, dims: readonly number[]): Proto {
  const shape = new pb.TensorShape();
  shape.setDimList(
    dims.map((size) => {
      const dim = new pb.TensorShape.Dim();
      dim.setSize(size);
      return dim;
    }),
  );
  return shape;
}

function attributeProto(pb: Proto, { kind, value }: Attribute): Proto {
  const proto = new pb.AttrValue();
  if (kind === 'type') proto.setType(value);
  else if (kind === 'shape') proto.setShape(shapeProto(pb, value));
  else if (kind === 'float') proto.setF(value);
  else if (kind === 'bool') proto.setB(value);
  else if (kind === 'string') proto.setS(Buffer.from(value as string));
  else if (typeof value === 'number') proto.setI(value);
  else {
    const list = new pb.AttrValue.ListValue();
    list.setIList([...(value as readonly number[])]);
    proto.setList(list);
  }
  return proto;
}

function tensorProto(pb: Proto, { dtype, shape, bytes }: Constant): Proto {
  const tensor = new pb.Tensor();
  tensor.setDtype(dtype);
  tensor.setTensorShape(shapeProto(pb, shape));
  tensor.setTensorContent(bytes);
  const proto = new pb.AttrValue();
  proto.setTensor(tensor);
  return proto;
}

function nodeProto(pb: Proto, node: GraphNode): Proto {
  const proto = new pb.NodeDef();
  proto.setName(node.name);
  proto.setOp(node.op);
  proto.setInputList([...node.inputs]);
  const attributes = proto.getAttrMap();
  for (const [name, value] of Object.entries(node.attributes)) attributes.set(name, attributeProto(pb, value));
  if (node.constant) attributes.set('value', tensorProto(pb, node.constant));
  return proto;
}

/** The bytes of a SavedModel that holds just a graph. */
function savedModelBytes(nodes: readonly GraphNode[]): Uint8Array {
  const pb = protobuf();
  const graph = new pb.GraphDef();
  graph.setNodeList(nodes.map((node) => nodeProto(pb, node)));
  const versions = new pb.VersionDef();
  versions.setProducer(PRODUCER);
  graph.setVersions(versions);
  const info = new pb.MetaGraphDef.MetaInfoDef();
  info.setTagsList(['serve']);
  const meta = new pb.MetaGraphDef();
  meta.setMetaInfoDef(info);
  meta.setGraphDef(graph);
  const model = new pb.SavedModel();
  model.setSavedModelSchemaVersion(1);
  model.addMetaGraphs(meta);
  return model.serializeBinary();
}

/** Loads a graph as a session; returns the session's number. Its file is gone when this returns. */
export function loadGraph(binding: NativeBinding, nodes: readonly GraphNode[]): number {
  const folder = mkdtempSync(join(tmpdir(), 'keras-ts-graph-'));
  try {
    writeFileSync(join(folder, 'saved_model.pb'), savedModelBytes(nodes));
    return binding.loadSavedModel(folder, 'serve');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
