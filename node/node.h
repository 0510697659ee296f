#ifndef NODE_NODE_H
#define NODE_NODE_H
#endif
