namespace rag {}
