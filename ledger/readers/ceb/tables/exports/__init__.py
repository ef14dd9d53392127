"""Export messages (海关跨境出口业务节点报文定义)."""
