package dev.edgeai.runtime.engine;

/** A request's tensors do not fit the model. The caller is at fault, not the model. */
public class InvalidInputException extends EngineException {
    private static final long serialVersionUID = 1;

    public InvalidInputException(String message) {
        super(message);
    }
}
