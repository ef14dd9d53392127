"""Import messages (海关跨境进口业务节点报文定义)."""
