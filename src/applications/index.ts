/** Well-known networks, as functions that return models: `keras.applications`. */
export { AlexNet, type AlexNetOptions } from './alexnet';
export { LeNet5, type LeNet5Options } from './lenet5';
