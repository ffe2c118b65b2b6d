package dev.edgeai.runtime.testing;

/** OpenVINO IRs without weights, so that a file {@code model.xml} is all of it. */
public final class IrModels {
    /**
     * x: float32[1], also x:0; first output positive = max(x, 0), second b = |x|, also magnitude. The edges come in another
     * order than the results.
     */
    public static final String TWO_RESULTS = """
            <?xml version="1.0"?>
            <net name="two" version="11"><layers>
            <layer id="0" name="in" type="Parameter" version="opset1"><data shape="1" element_type="f32"/>
            <output><port id="0" precision="FP32" names="x,x:0"><dim>1</dim></port></output></layer>
            <layer id="1" name="size" type="Abs" version="opset1">
            <input><port id="0" precision="FP32"><dim>1</dim></port></input>
            <output><port id="1" precision="FP32" names="b,magnitude"><dim>1</dim></port></output></layer>
            <layer id="2" name="relu" type="ReLU" version="opset1">
            <input><port id="0" precision="FP32"><dim>1</dim></port></input>
            <output><port id="1" precision="FP32" names="positive"><dim>1</dim></port></output></layer>
            <layer id="4" name="positive/sink_port_0" type="Result" version="opset1">
            <input><port id="0" precision="FP32"><dim>1</dim></port></input></layer>
            <layer id="5" name="b/sink_port_0" type="Result" version="opset1" output_names="b,magnitude">
            <input><port id="0" precision="FP32"><dim>1</dim></port></input></layer>
            </layers><edges>
            <edge from-layer="0" from-port="0" to-layer="1" to-port="0"/>
            <edge from-layer="0" from-port="0" to-layer="2" to-port="0"/>
            <edge from-layer="1" from-port="1" to-layer="5" to-port="0"/>
            <edge from-layer="2" from-port="1" to-layer="4" to-port="0"/>
            </edges></net>
            """;

    /** Its input is its output: x, also y: float32[2]. */
    public static final String NOTHING_BETWEEN = """
            <?xml version="1.0"?>
            <net name="nothing" version="11"><layers>
            <layer id="0" name="x" type="Parameter" version="opset1"><data shape="2" element_type="f32"/>
            <output><port id="0" precision="FP32" names="x,y"><dim>2</dim></port></output></layer>
            <layer id="1" name="y/sink_port_0" type="Result" version="opset1" output_names="y">
            <input><port id="0" precision="FP32"><dim>2</dim></port></input></layer>
            </layers><edges><edge from-layer="0" from-port="0" to-layer="1" to-port="0"/></edges></net>
            """;

    private IrModels() {}
}
