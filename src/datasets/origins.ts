/** Where the data sets are downloaded from, and what the files must be. */

/** The archive, as Keras knows it; in the cache it has the name that Keras gives it, so that both share it. */
export const CIFAR10 = {
  origin: 'https://www.cs.toronto.edu/~kriz/',
  name: 'cifar-10-python.tar.gz',
  fname: 'cifar-10-batches-py-target_archive',
  size: 170498071,
  sha256: '6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce',
};

/** Keras checks no sums; these are those of TensorFlow Datasets. */
export const FASHION_MNIST = {
  origin: 'https://storage.googleapis.com/tensorflow/tf-keras-datasets/',
  files: [
    {
      fname: 'train-labels-idx1-ubyte.gz',
      size: 29515,
      sha256: 'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845',
    },
    {
      fname: 'train-images-idx3-ubyte.gz',
      size: 26421880,
      sha256: '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84',
    },
    {
      fname: 't10k-labels-idx1-ubyte.gz',
      size: 5148,
      sha256: '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5',
    },
    {
      fname: 't10k-images-idx3-ubyte.gz',
      size: 4422102,
      sha256: '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073',
    },
  ],
};
